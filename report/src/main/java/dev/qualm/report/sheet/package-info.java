/** Sheets of text, shapes and images, drawn once and written as PNG or SVG. */
@NullMarked
package dev.qualm.report.sheet;

import org.jspecify.annotations.NullMarked;
