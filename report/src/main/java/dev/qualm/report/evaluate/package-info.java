/** Evaluations of detectors as files: JSON and CSV for machines, a page for people. */
@NullMarked
package dev.qualm.report.evaluate;

import org.jspecify.annotations.NullMarked;
