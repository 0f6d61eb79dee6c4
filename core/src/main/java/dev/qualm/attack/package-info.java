/** Evasion attacks: inputs changed within a stated budget so that the network errs. */
@NullMarked
package dev.qualm.attack;

import org.jspecify.annotations.NullMarked;
