package dev.qualm.network;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.qualm.UnsupportedModelException;
import dev.qualm.array.Array;
import dev.qualm.network.engine.Precision;
import dev.qualm.network.engine.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WatchTest {
    private static final Array X = TestNetworks.images(5, 1);

    private static Map<String, Array> watched(Network network, List<String> names) {
        Map<String, Array> seen = new LinkedHashMap<>();
        network.watch(
                Map.of(network.input().name(), X),
                names,
                (name, t) -> assertThat(seen.put(name, Tensors.toArray(t))).isNull());
        return seen;
    }

    /** Also those that are overwritten in place, merged away or folded when nobody looks. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void watch_everyTensor_showsWhatRunsReturn(Precision precision) {
        try (Network network = Network.of(TestNetworks.residual(3), precision)) {
            List<String> all = new ArrayList<>(network.graph().tensors());
            Map<String, Array> seen = watched(network, all);
            assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(all);
            Map<String, Array> kept = network.runWhole(Map.of(network.input().name(), X), all);
            for (String name : all) {
                assertThat(requireNonNull(seen.get(name)).toDoubles())
                        .as(name)
                        .containsExactly(requireNonNull(kept.get(name)).toDoubles(), within(1e-6));
                assertThat(requireNonNull(watched(network, List.of(name)).get(name))
                                .toDoubles())
                        .as(name)
                        .containsExactly(requireNonNull(kept.get(name)).toDoubles(), within(1e-5));
            }
        }
    }

    @Test
    void watch_watcherThatThrows_leavesTheNetworkUsable() {
        try (Network network = Network.of(TestNetworks.residual(3), Precision.FLOAT32)) {
            Array before = network.logits(X);
            watched(network, List.of("relu1"));
            long bytes = org.bytedeco.javacpp.Pointer.totalBytes();
            assertThatThrownBy(() -> network.watch(Map.of(network.input().name(), X), List.of("relu1"), (n, t) -> {
                        throw new IllegalStateException("enough");
                    }))
                    .hasMessage("enough");
            assertThat(org.bytedeco.javacpp.Pointer.totalBytes()).isLessThanOrEqualTo(bytes);
            assertThat(network.logits(X)).isEqualTo(before);
            assertThatThrownBy(() -> watched(network, List.of("nowhere")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("nowhere");
        }
    }
}
