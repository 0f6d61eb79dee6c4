/** Gradients as evidence: cosine similarity maps of input gradients, and statistics of per-sample weight gradients. */
@NullMarked
package dev.qualm.gradient;

import org.jspecify.annotations.NullMarked;
