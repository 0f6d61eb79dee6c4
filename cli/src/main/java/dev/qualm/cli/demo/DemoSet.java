package dev.qualm.cli.demo;

import dev.qualm.data.Dataset;
import dev.qualm.report.OutSet;
import java.util.List;

/**
 * One group of images of the demonstration.
 *
 * @param name short, for column heads
 * @param kind why it should be doubted
 * @param description where the images come from
 * @param images as the model takes them
 * @param truth what each image shows, in words; for the pictures of the report
 */
record DemoSet(String name, OutSet.Kind kind, String description, Dataset images, List<String> truth) {
    DemoSet {
        truth = List.copyOf(truth);
    }
}
