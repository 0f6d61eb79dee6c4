package dev.qualm.data;

import dev.qualm.QualmException;
import dev.qualm.UnreadableFileException;
import dev.qualm.array.Array;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Images in a folder: either directly (no labels), or in one sub-folder for each class, at any depth below it. Files
 * are decoded when their batch is read.
 *
 * <p>Items are sorted by name within their class. Classes are numbered by name, character by character as torchvision's
 * {@code ImageFolder} does (10 comes before 2), unless class names are given. Only names ending in png, jpg, jpeg,
 * webp, gif or bmp count; other files and names starting with a dot are passed over.
 */
public final class ImageFolder {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");

    private ImageFolder() {}

    /**
     * Lists a folder.
     *
     * @param classes names of the classes in their order, each sub-folder must be one of them; or empty
     * @throws UnreadableFileException if the folder cannot be read or holds no image
     * @throws QualmException if images lie beside sub-folders with images, or a sub-folder is no class
     */
    public static Dataset open(Path folder, ImageOptions options, List<String> classes) {
        List<Path> direct = images(folder, 1);
        List<String> found = new ArrayList<>();
        List<Path> files = new ArrayList<>(direct);
        List<String> labels = new ArrayList<>();
        for (Path sub : subFolders(folder)) {
            List<Path> images = images(sub, Integer.MAX_VALUE);
            if (!images.isEmpty()) {
                String name = String.valueOf(sub.getFileName());
                found.add(name);
                files.addAll(images);
                images.forEach(image -> labels.add(name));
            }
        }
        if (files.isEmpty()) {
            throw new UnreadableFileException(folder + ": expected images (" + String.join(" ", ENDINGS)
                    + ") in the folder or its sub-folders, but found none");
        }
        if (!direct.isEmpty() && !found.isEmpty()) {
            throw new QualmException(
                    folder + ": expected images either in the folder or in sub-folders by class, but found "
                            + direct.size() + " beside the sub-folders " + found + "; move one or the other away");
        }
        ItemSource source = new Source(folder, List.copyOf(files), options);
        if (found.isEmpty()) {
            return Dataset.of(source, null, classes);
        }
        List<String> names = classes.isEmpty() ? found : classes;
        List<String> strangers =
                found.stream().filter(name -> !names.contains(name)).toList();
        if (!strangers.isEmpty()) {
            throw new QualmException(folder + ": expected sub-folders named like the classes "
                    + (names.size() > 40 ? names.subList(0, 40) + "..." : names) + ", but found " + strangers);
        }
        return Dataset.of(source, labels.stream().mapToInt(names::indexOf).toArray(), names);
    }

    /** One image file as a data set of one item. */
    static Dataset single(Path file, ImageOptions options) {
        Path folder = file.toAbsolutePath().getParent();
        return Dataset.of(
                new Source(folder == null ? file : folder, List.of(file.toAbsolutePath()), options), null, List.of());
    }

    static boolean isImageName(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return !name.startsWith(".") && ENDINGS.stream().anyMatch(name::endsWith);
    }

    private static List<Path> subFolders(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(p -> Files.isDirectory(p) && !isHidden(p))
                    .sorted(ImageFolder::byName)
                    .toList();
        } catch (IOException e) {
            throw new UnreadableFileException(folder + ": cannot be listed (" + e + ")", e);
        }
    }

    private static List<Path> images(Path folder, int depth) {
        try (Stream<Path> entries = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
            return entries.filter(p -> isImageName(p) && Files.isRegularFile(p))
                    .sorted(ImageFolder::byName)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UnreadableFileException(folder + ": cannot be listed (" + e + ")", e);
        }
    }

    private static boolean isHidden(Path p) {
        return String.valueOf(p.getFileName()).startsWith(".");
    }

    /** By the characters of the whole path; Path's own order depends on the system. */
    private static int byName(Path a, Path b) {
        return slashes(a).compareTo(slashes(b));
    }

    private static String slashes(Path p) {
        return p.toString().replace('\\', '/');
    }

    private record Source(Path folder, List<Path> files, ImageOptions options) implements ItemSource {
        @Override
        public int size() {
            return files.size();
        }

        @Override
        public Array item(int row) {
            return Images.read(files.get(row), options);
        }

        @Override
        public String id(int row) {
            return slashes(folder.relativize(files.get(row)));
        }

        @Override
        public Layout layout() {
            return Layout.NHWC;
        }

        @Override
        public String describe() {
            return "images in " + folder;
        }
    }
}
