/** What every package shares: the exception family and the provenance of results. */
@NullMarked
package dev.qualm;

import org.jspecify.annotations.NullMarked;
