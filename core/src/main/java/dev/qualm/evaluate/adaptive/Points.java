package dev.qualm.evaluate.adaptive;

/** Points that something else made. */
final class Points {
    private Points() {}

    /** Asks the defence about a point of every item, and offers them. */
    static void offer(Ground ground, Finds finds, double[] x) {
        Defence.Answers answers = ground.defence.ask(ground.array(x, ground.all()));
        double cost = ground.defence.score().passes(answers.logits()[0].length);
        for (int i = 0; i < ground.n; i++) {
            finds.offer(i, x, i * ground.width, answers, i, ground.labels[i], answers.threshold());
            finds.passes[i] += cost;
        }
    }
}
