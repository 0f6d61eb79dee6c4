/** Plain-Java arrays with a shape, and the file formats they travel in. No native code. */
@NullMarked
package dev.qualm.array;

import org.jspecify.annotations.NullMarked;
