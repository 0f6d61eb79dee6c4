/**
 * How good are detectors? Scores of ordinary, unfamiliar, shifted, wrongly predicted and attacked items, put into tables with intervals, paired
 * comparisons, ranks and costs, with the checks that keep such tables honest.
 */
@NullMarked
package dev.qualm.evaluate;

import org.jspecify.annotations.NullMarked;
