/** The demonstration: every score on images the model knows, half knows, and does not know. */
@NullMarked
package dev.qualm.cli.demo;

import org.jspecify.annotations.NullMarked;
