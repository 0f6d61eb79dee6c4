package dev.qualm.attack;

import dev.qualm.UnsupportedModelException;

/** What attacks raise. All fall or rise with the aim: larger is nearer to it, and margins are positive once it is reached. */
final class Objectives {
    private Objectives() {}

    /** Cross-entropy toward the class to leave, or its negative toward the class to reach. */
    record CrossEntropy(Aim aim) implements Objective {
        @Override
        public double value(Logits z, int r, int i) {
            return (aim.targeted() ? -1 : 1) * z.loss(r, aim.classes()[i]);
        }

        @Override
        public void add(Logits z, double[] cotangent, int r, int i) {
            z.addLoss(cotangent, r, aim.classes()[i], aim.targeted() ? -1 : 1);
        }
    }

    /** The largest other logit minus that of the class to leave, or that of the class to reach minus the largest other. */
    record Margin(Aim aim) implements Objective {
        @Override
        public double value(Logits z, int r, int i) {
            int own = z.checked(aim.classes()[i]);
            return (aim.targeted() ? -1 : 1) * (z.logit(r, z.other(r, own)) - z.logit(r, own));
        }

        @Override
        public void add(Logits z, double[] cotangent, int r, int i) {
            int own = z.checked(aim.classes()[i]);
            double sign = aim.targeted() ? -1 : 1;
            cotangent[r * z.classes() + z.other(r, own)] += sign;
            cotangent[r * z.classes() + own] -= sign;
        }
    }

    /**
     * Kullback-Leibler divergence of the present probabilities from given ones.
     *
     * @param given probabilities of each input
     */
    record Divergence(double[][] given) implements Objective {
        @Override
        public double value(Logits z, int r, int i) {
            double sum = 0;
            for (int k = 0; k < z.classes(); k++) {
                // The loss toward a class is minus the logarithm of its probability.
                sum += given[i][k] == 0 ? 0 : given[i][k] * (Math.log(given[i][k]) + z.loss(r, k));
            }
            return sum;
        }

        @Override
        public void add(Logits z, double[] cotangent, int r, int i) {
            double[] now = z.probabilities(r);
            for (int k = 0; k < z.classes(); k++) {
                cotangent[r * z.classes() + k] += now[k] - given[i][k];
            }
        }
    }

    /**
     * Difference of logits ratio (Croce, Hein, ICML 2020, section 4): the margin divided by the first minus the third largest
     * logit. Scaling the logits does not change it.
     */
    record Dlr(Aim aim) implements Objective {
        @Override
        public double value(Logits z, int r, int i) {
            int[] order = order(z, r, 3);
            return new Margin(aim).value(z, r, i) / (z.logit(r, order[0]) - z.logit(r, order[2]) + TINY);
        }

        @Override
        public void add(Logits z, double[] cotangent, int r, int i) {
            int[] order = order(z, r, 3);
            double length = z.logit(r, order[0]) - z.logit(r, order[2]) + TINY;
            double by = new Margin(aim).value(z, r, i) / (length * length);
            double[] margin = new double[cotangent.length];
            new Margin(aim).add(z, margin, r, i);
            int at = r * z.classes();
            for (int k = at; k < at + z.classes(); k++) {
                cotangent[k] += margin[k] / length;
            }
            cotangent[at + order[0]] -= by;
            cotangent[at + order[2]] += by;
        }
    }

    /**
     * Its targeted form (equation 8): how far the class to leave is before a given one, divided by the first minus the mean of the
     * third and fourth largest logit.
     *
     * @param targets of each row
     */
    record DlrToward(Aim aim, int[] targets) implements Objective {
        @Override
        public double value(Logits z, int r, int i) {
            return gap(z, r, i) / length(z, r, order(z, r, 4));
        }

        @Override
        public void add(Logits z, double[] cotangent, int r, int i) {
            int[] order = order(z, r, 4);
            double length = length(z, r, order);
            double by = gap(z, r, i) / (length * length);
            int at = r * z.classes();
            cotangent[at + targets[i]] += 1 / length;
            cotangent[at + aim.classes()[i]] -= 1 / length;
            cotangent[at + order[0]] -= by;
            cotangent[at + order[2]] += by / 2;
            cotangent[at + order[3]] += by / 2;
        }

        private double gap(Logits z, int r, int i) {
            return z.logit(r, targets[i]) - z.logit(r, z.checked(aim.classes()[i]));
        }

        private static double length(Logits z, int r, int[] order) {
            return z.logit(r, order[0]) - (z.logit(r, order[2]) + z.logit(r, order[3])) / 2 + TINY;
        }
    }

    /** Keeps equal logits from a division by zero, as in the authors' code. */
    private static final double TINY = 1e-12;

    private static int[] order(Logits z, int r, int least) {
        if (z.classes() < least) {
            throw new UnsupportedModelException("The difference of logits ratio needs at least " + least
                    + " classes, but found " + z.classes() + "; use the cross-entropy");
        }
        return z.ranked(r);
    }
}
