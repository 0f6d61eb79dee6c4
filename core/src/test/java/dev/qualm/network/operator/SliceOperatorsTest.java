package dev.qualm.network.operator;

import static dev.qualm.network.operator.ViewCases.longs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SliceOperatorsTest {
    private static final long[] FAR = {Long.MIN_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE};

    @Test
    void slice_randomBoundsAndSteps_picksWhatALoopPicks() {
        SplittableRandom random = new SplittableRandom(4);
        for (int trial = 0; trial < 500; trial++) {
            int size = random.nextInt(7);
            long start = bound(random);
            long end = bound(random);
            long step = random.nextInt(8) == 0
                    ? FAR[random.nextInt(4)]
                    : random.nextInt(1, 4) * (random.nextBoolean() ? 1 : -1);
            Array x = longs(Shapes.range(size));
            Array y = run(OperatorCase.of("Slice", "random")
                            .plain(x)
                            .constant(longs(start))
                            .plain(longs(end))
                            .constant(longs(0))
                            .constant(longs(step)))
                    .get(0);
            assertThat(y.longs())
                    .as("%d:%d:%d of %d", start, end, step, size)
                    .containsExactly(loop(size, start, end, step));
        }
    }

    private static long bound(SplittableRandom random) {
        return random.nextInt(6) == 0 ? FAR[random.nextInt(4)] : random.nextInt(-9, 10);
    }

    /** NumPy's definition: start somewhere and step until the end or the border is reached. */
    private static long[] loop(int size, long start, long end, long step) {
        List<Long> out = new ArrayList<>();
        BigInteger from = BigInteger.valueOf(start < 0 ? start + size : start);
        BigInteger to = BigInteger.valueOf(end < 0 ? end + size : end);
        BigInteger last = BigInteger.valueOf(size - 1);
        BigInteger i = step > 0 ? from.max(BigInteger.ZERO) : from.min(last);
        while (i.signum() >= 0 && i.compareTo(last) <= 0 && (step > 0 ? i.compareTo(to) < 0 : i.compareTo(to) > 0)) {
            out.add(i.longValueExact());
            i = i.add(BigInteger.valueOf(step));
        }
        return out.stream().mapToLong(Long::longValue).toArray();
    }

    @Test
    void split_unevenLength_lastPartIsShorter() {
        List<Array> parts = run(OperatorCase.of("Split", "7 by 3")
                .opset(18)
                .outputs(3)
                .attribute("num_outputs", 3L)
                .plain(longs(Shapes.range(7))));
        assertThat(parts).containsExactly(longs(0, 1, 2), longs(3, 4, 5), longs(6));
    }

    @Test
    void tile_firstOpset_repeatsAlongOneAxis() {
        Array y = run(OperatorCase.of("Tile", "opset 1")
                        .opset(1)
                        .plain(Array.of(new int[] {1, 2}, 1, 2))
                        .plain(longs(2))
                        .plain(longs(0)))
                .get(0);
        assertThat(y).isEqualTo(Array.of(new int[] {1, 2, 1, 2}, 2, 2));
    }

    @Test
    void pad_randomPads_takesWhatAWalkTakes() {
        SplittableRandom random = new SplittableRandom(5);
        for (String mode : List.of("constant", "reflect", "edge", "wrap")) {
            for (int trial = 0; trial < 60; trial++) {
                int size = random.nextInt(1, 5);
                int before = random.nextInt(7);
                int after = random.nextInt(7);
                Array y = run(OperatorCase.of("Pad", mode)
                                .opset(19)
                                .attribute("mode", mode)
                                .plain(longs(Shapes.range(size)))
                                .constant(longs(before, after))
                                .constant(Array.of(new long[] {-7})))
                        .get(0);
                long[] expected = new long[size + before + after];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = walk(i - before, size, mode);
                }
                assertThat(y.longs())
                        .as("%s %d+%d+%d", mode, before, size, after)
                        .containsExactly(expected);
            }
        }
    }

    /** Steps from place 0 to a place outside the axis one by one, doing at the border what the mode says. */
    private static long walk(int place, int size, String mode) {
        if (mode.equals("constant") && (place < 0 || place >= size)) {
            return -7;
        }
        int direction = place < 0 ? -1 : 1;
        int at = 0;
        for (int left = Math.abs(place); left > 0; left--) {
            int next = at + direction;
            if (next >= 0 && next < size) {
                at = next;
            } else if (mode.equals("wrap")) {
                at = Math.floorMod(next, size);
            } else if (mode.equals("reflect") && size > 1) {
                direction = -direction;
                at += direction;
            }
        }
        return at;
    }

    @Test
    void pad_negativePads_crops() {
        Array y = run(OperatorCase.of("Pad", "crop").plain(longs(0, 1, 2, 3, 4)).constant(longs(-1, -2)))
                .get(0);
        assertThat(y).isEqualTo(longs(1, 2));
    }

    static List<Array> run(OperatorCase c) {
        return new OperatorRun(c).outputs(c.kernel(false), Precision.FLOAT64);
    }
}
