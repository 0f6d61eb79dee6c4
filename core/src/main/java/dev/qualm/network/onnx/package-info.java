/** Reading and writing ONNX files. */
@NullMarked
package dev.qualm.network.onnx;

import org.jspecify.annotations.NullMarked;
