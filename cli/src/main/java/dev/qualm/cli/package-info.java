/** The {@code qualm} command: one class per subcommand, no computation of its own. */
@NullMarked
package dev.qualm.cli;

import org.jspecify.annotations.NullMarked;
