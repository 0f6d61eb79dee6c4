package dev.qualm.cli;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an enumeration's constants as they are written in {@code model.yaml}: small letters and hyphens. */
abstract class Choice<E extends Enum<E>> implements ITypeConverter<E> {
    private final Set<E> legal;

    Choice(Set<E> legal) {
        this.legal = EnumSet.copyOf(legal);
    }

    @Override
    public E convert(String text) {
        for (E constant : legal) {
            if (written(constant).equals(text.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new TypeConversionException("expected one of "
                + legal.stream().map(Choice::written).collect(Collectors.joining(", ")) + ", but found '" + text + "'");
    }

    static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
