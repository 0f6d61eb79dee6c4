/** How far the layers of a network move under perturbations, as a picture, a page and JSON. */
@NullMarked
package dev.qualm.report.layers;

import org.jspecify.annotations.NullMarked;
