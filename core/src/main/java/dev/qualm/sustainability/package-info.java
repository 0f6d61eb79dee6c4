/**
 * Layer sustainability analysis: how far the representations inside a network move when its input is perturbed, and which
 * layers move most (Khalooei, Homayounpour, Amirmazlaghani, "Layer-wise regularized adversarial training using layers
 * sustainability analysis framework", 2023, arXiv:2202.02626).
 */
@NullMarked
package dev.qualm.sustainability;

import org.jspecify.annotations.NullMarked;
