package dev.qualm.cli;

import dev.qualm.attribution.Quantity;
import java.util.EnumSet;

/** What is explained of a class, by name. */
final class QuantityConverter extends Choice<Quantity> {
    QuantityConverter() {
        super(EnumSet.allOf(Quantity.class));
    }
}
