/** Networks that can be read, differentiated and changed: {@link dev.qualm.network.Network}, its tapes and its views. */
@NullMarked
package dev.qualm.network;

import org.jspecify.annotations.NullMarked;
