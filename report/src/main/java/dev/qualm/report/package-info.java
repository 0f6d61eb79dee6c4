/** Reports of an evaluation: plain records, one self-contained HTML page, and the same record as JSON. */
@NullMarked
package dev.qualm.report;

import org.jspecify.annotations.NullMarked;
