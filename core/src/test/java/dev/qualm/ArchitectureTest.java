package dev.qualm;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the floors of the library: a package uses packages of lower floors only, and native types stay in the network. */
class ArchitectureTest {
    private static final String ROOT = "dev.qualm";
    private static final String NATIVE = "org.bytedeco";

    /** The first package below {@code dev.qualm}, and its floor. The root package itself lies under all of them. */
    private static final Map<String, Integer> FLOORS = Map.ofEntries(
            Map.entry("array", 1),
            Map.entry("artifact", 2),
            Map.entry("data", 2),
            Map.entry("metric", 2),
            Map.entry("network", 3),
            Map.entry("gradient", 4),
            Map.entry("attribution", 4),
            Map.entry("attack", 4),
            Map.entry("mutation", 5),
            Map.entry("sustainability", 5),
            Map.entry("training", 6),
            Map.entry("manipulation", 6),
            Map.entry("detect", 7),
            Map.entry("evaluate", 8));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void packages_all_haveAFloor() {
        List<String> homeless = CLASSES.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !house(name).isEmpty() && !FLOORS.containsKey(house(name)))
                .distinct()
                .toList();
        assertThat(CLASSES).isNotEmpty();
        assertThat(homeless).as("packages without a floor; give them one here").isEmpty();
    }

    @Test
    void dependencies_all_pointToALowerFloor() {
        List<String> upward = CLASSES.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(ArchitectureTest::climbs)
                .map(Dependency::getDescription)
                .toList();
        assertThat(upward).isEmpty();
    }

    @Test
    void packages_all_areFreeOfCycles() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void signatures_outsideNetwork_mentionNoNativeType() {
        List<String> leaks = CLASSES.stream()
                .filter(type -> !house(type.getPackageName()).equals("network"))
                .filter(ArchitectureTest::isVisible)
                .flatMap(ArchitectureTest::nativeMentions)
                .toList();
        assertThat(leaks).isEmpty();
    }

    /** Same house, or the root package, is always fine; two houses of one floor must not know each other. */
    private static boolean climbs(Dependency dependency) {
        String target = dependency.getTargetClass().getBaseComponentType().getPackageName();
        if (!target.startsWith(ROOT)) {
            return false;
        }
        String from = house(dependency.getOriginClass().getPackageName());
        String to = house(target);
        return !to.isEmpty() && !from.equals(to) && FLOORS.getOrDefault(from, 0) <= FLOORS.getOrDefault(to, 0);
    }

    private static String house(String packageName) {
        if (!packageName.startsWith(ROOT + ".")) {
            return "";
        }
        return packageName.substring(ROOT.length() + 1).split("\\.", 2)[0];
    }

    private static Stream<String> nativeMentions(JavaClass type) {
        Stream<String> parents = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
                .filter(ArchitectureTest::mentionsNative)
                .map(parent -> type.getName() + " extends " + parent.getName());
        Stream<String> members = type.getMembers().stream()
                .filter(ArchitectureTest::isVisible)
                .filter(member -> signature(member).anyMatch(ArchitectureTest::mentionsNative))
                .map(JavaMember::getFullName);
        return Stream.concat(parents, members);
    }

    private static Stream<JavaType> signature(JavaMember member) {
        if (member instanceof JavaCodeUnit code) {
            return Stream.of(
                            code.getParameterTypes().stream(),
                            Stream.of(code.getReturnType()),
                            code.getTypeParameters().stream(),
                            code.getExceptionTypes().stream())
                    .flatMap(types -> types);
        }
        return Stream.of(((JavaField) member).getType());
    }

    private static boolean mentionsNative(JavaType type) {
        return type.getAllInvolvedRawTypes().stream()
                .anyMatch(raw -> raw.getBaseComponentType().getPackageName().startsWith(NATIVE));
    }

    private static boolean isVisible(JavaMember member) {
        return isVisible(member.getModifiers());
    }

    /** A nested class is seen from outside only if every class around it is. */
    private static boolean isVisible(JavaClass type) {
        return isVisible(type.getModifiers())
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
