package dev.qualm.manipulation;

/**
 * The shape operator of the level set through an image, {@code P H P / |grad|} with {@code P = I - n n^T} and {@code n =
 * grad / |grad|}; its eigenvalues on the tangent space are the principal curvatures (Dombrowski et al. 2019, section 3). The
 * normal itself has the eigenvalue 0.
 *
 * @param hessian of the function
 * @param gradient of the function at the same image; not zero
 */
public record LevelSet(HessianProducts hessian, double[] gradient) implements HessianProducts {
    public LevelSet {
        ManipulationException.require(
                gradient.length == hessian.size(), "a gradient", "of " + hessian.size() + " entries", gradient.length);
        double norm = Vectors.norm(gradient);
        ManipulationException.require(
                norm > 0 && Double.isFinite(norm),
                "a gradient",
                "with a finite norm above 0, since a level set has no normal without",
                norm);
        gradient = gradient.clone();
    }

    @Override
    public int size() {
        return hessian.size();
    }

    @Override
    public double[][] times(double[][] probes) {
        double[][] tangent = new double[probes.length][];
        for (int i = 0; i < probes.length; i++) {
            tangent[i] = tangent(probes[i]);
        }
        double[][] products = hessian.times(tangent);
        double norm = Vectors.norm(gradient);
        double[][] out = new double[probes.length][];
        for (int i = 0; i < probes.length; i++) {
            out[i] = Vectors.times(tangent(products[i]), 1 / norm);
        }
        return out;
    }

    private double[] tangent(double[] v) {
        double[] out = v.clone();
        Vectors.add(out, gradient, -Vectors.dot(v, gradient) / Vectors.dot(gradient, gradient));
        return out;
    }
}
