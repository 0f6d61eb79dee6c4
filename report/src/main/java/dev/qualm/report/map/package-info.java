/** Pictures of cosine similarity maps, one or many, as PNG and SVG files. */
@NullMarked
package dev.qualm.report.map;

import org.jspecify.annotations.NullMarked;
