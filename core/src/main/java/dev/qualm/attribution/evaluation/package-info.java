/**
 * Does a relevance map deserve trust? Faithfulness, robustness, randomisation, localisation and complexity of maps,
 * each a published method in one file.
 *
 * <p>Common contract. All methods are batched over images and perturbations, in chunks of bounded memory; every random
 * choice comes from a seed and the image's own content, so that no batch mate and no order changes a value (beyond the
 * engine's rounding). A result keeps the published orientation and says which direction is better. One bad image never
 * costs the batch: it has NaN and a status. Passes count images through the network; maps count maps asked for.
 *
 * <p>Inputs {@code [n, c, h, w]} are images: their pixels are removed over all channels together, and a map's relevance
 * of a pixel is the sum over its channels. All other inputs {@code [n, ...]} are rows of features that are removed one
 * by one.
 */
@NullMarked
package dev.qualm.attribution.evaluation;

import org.jspecify.annotations.NullMarked;
