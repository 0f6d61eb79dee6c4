/** Times, as ratios within one run: against naive baselines and against ONNX Runtime. */
@NullMarked
package dev.qualm.benchmarks;

import org.jspecify.annotations.NullMarked;
