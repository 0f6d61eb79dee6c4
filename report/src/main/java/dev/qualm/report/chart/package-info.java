/** Charts as inline SVG, drawn by plain Java: line, ROC, histogram, reliability, interval and heat-map charts. */
@NullMarked
package dev.qualm.report.chart;

import org.jspecify.annotations.NullMarked;
