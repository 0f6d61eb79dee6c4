/** Scores of distrust, and the planner that computes many of them from few passes over the network. */
@NullMarked
package dev.qualm.detect;

import org.jspecify.annotations.NullMarked;
