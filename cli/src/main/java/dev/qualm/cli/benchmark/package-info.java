/** The comparison of all detectors on the shipped data. */
@NullMarked
package dev.qualm.cli.benchmark;

import org.jspecify.annotations.NullMarked;
