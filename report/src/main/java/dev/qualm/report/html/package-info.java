/** Markup that is safe by construction: escaped text, checked attributes, PNG data URIs, number formatting. */
@NullMarked
package dev.qualm.report.html;

import org.jspecify.annotations.NullMarked;
