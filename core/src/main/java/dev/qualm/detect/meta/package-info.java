/** Learnt combinations of detectors: logistic regression over their scores, fitted across folds so that it knows its own worth. */
@NullMarked
package dev.qualm.detect.meta;

import org.jspecify.annotations.NullMarked;
