/** A network as plain data: nodes, initializers, attributes. No native code; everything is immutable. */
@NullMarked
package dev.qualm.network.graph;

import org.jspecify.annotations.NullMarked;
