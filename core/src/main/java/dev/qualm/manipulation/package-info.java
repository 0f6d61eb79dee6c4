/** Whether an explanation can be faked: attacks on relevance maps, their controls, and the curvature that allows them. */
@NullMarked
package dev.qualm.manipulation;

import org.jspecify.annotations.NullMarked;
