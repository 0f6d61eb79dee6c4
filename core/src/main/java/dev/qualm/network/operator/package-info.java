/** What each ONNX operator does to tensors. One file per family; {@link dev.qualm.network.operator.Operators} lists them. */
@NullMarked
package dev.qualm.network.operator;

import org.jspecify.annotations.NullMarked;
