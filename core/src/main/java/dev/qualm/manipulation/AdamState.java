package dev.qualm.manipulation;

/** Running means of one image. */
final class AdamState implements Optimizer.State {
    private final Optimizer.Adam adam;
    private final double[] mean;
    private final double[] square;
    private int steps;

    AdamState(Optimizer.Adam adam, int size) {
        this.adam = adam;
        this.mean = new double[size];
        this.square = new double[size];
    }

    /** Rounds as the reference does: the corrections divide the rate and the root, not the means. */
    @Override
    public void step(double[] image, double[] gradient, double rate) {
        steps++;
        double size = rate / (1 - Math.pow(adam.beta1(), steps));
        double root = Math.sqrt(1 - Math.pow(adam.beta2(), steps));
        for (int i = 0; i < image.length; i++) {
            double g = gradient[i];
            mean[i] = adam.beta1() * mean[i] + (1 - adam.beta1()) * g;
            square[i] = adam.beta2() * square[i] + (1 - adam.beta2()) * g * g;
            image[i] -= size * mean[i] / (Math.sqrt(square[i]) / root + adam.epsilon());
        }
    }
}
