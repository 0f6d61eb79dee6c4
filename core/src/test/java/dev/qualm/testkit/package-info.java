/** Oracles and helpers that tests of several packages share. */
@NullMarked
package dev.qualm.testkit;

import org.jspecify.annotations.NullMarked;
