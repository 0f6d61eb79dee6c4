/** The native engine: loading libtorch, moving arrays in and out of it, and reporting its errors. */
@NullMarked
package dev.qualm.network.engine;

import org.jspecify.annotations.NullMarked;
