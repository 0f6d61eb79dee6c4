/**
 * Explanations as pictures and reports: relevance maps in colour, sheets of methods, the overview of an attacked explanation, and
 * the audit of a whole set. All is made from plain numbers.
 */
@NullMarked
package dev.qualm.report.explanation;

import org.jspecify.annotations.NullMarked;
