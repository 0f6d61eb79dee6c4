package dev.qualm.data;

import dev.qualm.array.Array;

/** A source whose items pass through a function as they are read. */
record MappedSource(ItemSource base, String note, ItemFunction function) implements ItemSource {
    @Override
    public int size() {
        return base.size();
    }

    @Override
    public Array item(int row) {
        return function.apply(base.item(row), row);
    }

    @Override
    public String id(int row) {
        return base.id(row);
    }

    @Override
    public Layout layout() {
        return base.layout();
    }

    @Override
    public String describe() {
        return base.describe() + ", " + note;
    }
}
