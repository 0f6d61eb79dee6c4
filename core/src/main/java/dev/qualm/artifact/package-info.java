/** The file everything Qualm saves travels in. No native code, no Java serialization. */
@NullMarked
package dev.qualm.artifact;

import org.jspecify.annotations.NullMarked;
