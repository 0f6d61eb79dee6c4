package dev.qualm.evaluate;

import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A score that keeps its own time, without that of sweeps which others share.
 *
 * @param score a stand-in that answers as the score does, whatever it is asked
 * @param nanos its time so far
 */
/*
 * A stand-in made at run time: one that is written out would lose what scores say of themselves by methods with a default.
 */
record TimedScore(Score score, AtomicLong nanos) {
    static TimedScore of(Score timed) {
        AtomicLong nanos = new AtomicLong();
        Score standIn = (Score) Proxy.newProxyInstance(
                Score.class.getClassLoader(), new Class<?>[] {Score.class}, new Handler(timed, nanos));
        return new TimedScore(standIn, nanos);
    }

    private record Handler(Score timed, AtomicLong nanos) implements InvocationHandler {
        @Override
        public @Nullable Object invoke(Object standIn, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            if (method.getName().equals("equals")) {
                return arguments != null && standIn == arguments[0];
            }
            Evidence evidence =
                    arguments != null && arguments.length == 1 && arguments[0] instanceof Evidence e ? e : null;
            long shared = evidence == null ? 0 : shared(evidence);
            long start = System.nanoTime();
            try {
                return method.invoke(timed, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            } finally {
                if (evidence != null) {
                    nanos.addAndGet(System.nanoTime() - start - (shared(evidence) - shared));
                }
            }
        }

        /** Sweeps that the first score to ask for them makes for all. */
        private static long shared(Evidence evidence) {
            return evidence.nanos().getOrDefault(Score.Source.INPUT_GRADIENTS, 0L)
                    + evidence.nanos().getOrDefault(Score.Source.WEIGHT_GRADIENTS, 0L);
        }
    }
}
