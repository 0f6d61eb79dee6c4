/**
 * What goes into a network: data sets (image folders, npz, idx, CSV), the preprocessing that belongs to a model, image
 * files, and seeded perturbations of images. No native code.
 */
@NullMarked
package dev.qualm.data;

import org.jspecify.annotations.NullMarked;
