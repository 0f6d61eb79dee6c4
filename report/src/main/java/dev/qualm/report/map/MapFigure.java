package dev.qualm.report.map;

import dev.qualm.report.sheet.Figure;

/**
 * A picture of maps. All use one fixed colour scale from -1 to 1, so that any two pictures compare. Cells that are drawn singly
 * have a tooltip in an SVG.
 */
public sealed interface MapFigure extends Figure permits MapPicture, MapMontage {}
