@echo off
rem Runs Qualm from a source folder, building it first when that has not been done or the sources have changed.
rem Environment: JAVA_HOME, QUALM_JAVA_OPTS and QUALM_MAVEN_OPTS, as in the script "qualm" for Linux and macOS.
setlocal
set "root=%~dp0"
set "target=%root%cli\target"
set "jar=%target%\qualm.jar"

set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"

if not exist "%jar%" goto build
if not exist "%target%\built" goto build
powershell -NoProfile -Command "$built = (Get-Item -LiteralPath $env:target\built).LastWriteTimeUtc; $found = 'pom.xml','core\pom.xml','core\src\main','report\pom.xml','report\src\main','cli\pom.xml','cli\src\main' | ForEach-Object { Join-Path $env:root $_ } | Where-Object { Test-Path -LiteralPath $_ } | ForEach-Object { Get-Item -LiteralPath $_; Get-ChildItem -LiteralPath $_ -Recurse } | Where-Object { $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1; if ($found) { exit 1 } else { exit 0 }"
if not errorlevel 1 goto run

:build
echo Building Qualm (first use or changed sources, a few minutes)... 1>&2
where mvn >nul 2>nul
if errorlevel 1 (
    echo qualm: There is no mvn on PATH. Install Maven 3.8.6 or newer to build Qualm. 1>&2
    exit /b 1
)
if not exist "%target%" mkdir "%target%"
rem The stamp is older than the build, so that an edit during the build starts another one.
type nul >"%target%\building"
pushd "%root%"
call mvn -q -B -ntp -Dstyle.color=never -Dmaven.test.skip=true %QUALM_MAVEN_OPTS% -pl cli -am package >"%target%\build.log" 2>&1 <nul
if errorlevel 1 (
    popd
    type "%target%\build.log" 1>&2
    echo qualm: The build failed; all of its output is in "%target%\build.log" 1>&2
    exit /b 1
)
popd
move /y "%target%\building" "%target%\built" >nul

:run
"%java%" -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dorg.bytedeco.javacpp.maxbytes=0 "-Dqualm.home=%~dp0." %QUALM_JAVA_OPTS% -jar "%jar%" %*
exit /b %errorlevel%
