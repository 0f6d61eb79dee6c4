package dev.qualm.evaluate;

import dev.qualm.detect.Evidence;
import dev.qualm.detect.Score;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A score that keeps the time it would take alone, what it shares with others included, the forward pass not.
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
            if (evidence == null) {
                return call(method, arguments);
            }
            AtomicReference<@Nullable Object> answer = new AtomicReference<>();
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            nanos.addAndGet(evidence.alone(() -> {
                try {
                    answer.set(call(method, arguments));
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
            Throwable thrown = failure.get();
            if (thrown != null) {
                throw thrown;
            }
            return answer.get();
        }

        private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(timed, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
