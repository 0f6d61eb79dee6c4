package dev.qualm.cli;

import dev.qualm.QualmException;
import dev.qualm.array.Array;
import dev.qualm.attack.Adversarial;
import dev.qualm.attack.Attack;
import dev.qualm.attack.AttackSettings;
import dev.qualm.attack.Attacks;
import dev.qualm.attack.Box;
import dev.qualm.attack.Budget;
import dev.qualm.attack.Noise;
import dev.qualm.attack.Noises;
import dev.qualm.attack.TargetedAttack;
import dev.qualm.network.Network;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An attack or a noise, as it was typed.
 *
 * @param text such as {@code pgd:8/255}
 * @param attack null for a noise
 * @param noise null for an attack
 */
record AttackSpec(
        String text, @Nullable Attack attack, @Nullable Noise noise) {
    /**
     * Reads a list.
     *
     * @param targeted whether attacks are to look for a given answer
     * @throws QualmException if one is unknown, there twice, or looks for no given answer
     */
    static List<AttackSpec> parse(List<String> texts, AttackSettings settings, Box box, boolean targeted) {
        List<AttackSpec> out = new ArrayList<>();
        for (String raw : texts) {
            String text = raw.strip();
            String name = text.split(":", -1)[0];
            if (out.stream().anyMatch(s -> s.text.equals(text))) {
                throw new QualmException("Expected attacks that differ, but found '" + text + "' twice");
            }
            if (Noises.names().contains(name)) {
                out.add(new AttackSpec(text, null, Noises.parse(text, box, settings.seed())));
                continue;
            }
            if (!Attacks.names().contains(name)) {
                throw new QualmException("Expected an attack among " + Attacks.names() + " or a noise among "
                        + Noises.names() + ", but found '" + name + "'");
            }
            Attack attack = settings.parse(text, box);
            if (targeted && !(attack instanceof TargetedAttack)) {
                throw new QualmException(
                        "'" + text + "' cannot look for a given class; leave --targeted out, or use one"
                                + " of fgsm, bim, pgd, mi-fgsm, apgd-ce, apgd-dlr, square, carlini-wagner or jsma, without a budget"
                                + " for the last two");
            }
            out.add(new AttackSpec(text, attack, null));
        }
        return out;
    }

    /** Away from labels, or toward targets if there are any. */
    Adversarial run(Network network, Array batch, int[] labels, int @Nullable [] targets) {
        if (noise != null) {
            return targets == null ? noise.judge(network, batch, labels) : noise.judgeToward(network, batch, targets);
        }
        Attack known = java.util.Objects.requireNonNull(attack);
        return targets != null && known instanceof TargetedAttack t
                ? t.attackToward(network, batch, targets)
                : known.attack(network, batch, labels);
    }

    /** The budget, or null if there is none. */
    @Nullable
    Budget budget() {
        return attack == null ? null : attack.budget().orElse(null);
    }

    /** Whether it follows gradients for many steps. */
    boolean isOneStep() {
        return attack != null && attack.name().equals("fgsm");
    }

    /** For names of files. */
    String fileName() {
        return text.replace('/', '-').replace(':', '_');
    }

    /** All there is, for people. */
    static List<String> listing() {
        List<String> lines = new ArrayList<>();
        lines.add("Attacks, written name, name:epsilon or name:epsilon:norm, the default norm first:");
        Attacks.all().forEach(e -> lines.add("  " + e));
        lines.add("Noises, written name:strength:");
        for (String name : Noises.names()) {
            Noise.Kind kind = Noise.Kind.parse(name);
            lines.add("  " + name + ": " + measure(kind) + (kind.needsImages() ? "; images only" : ""));
        }
        return lines;
    }

    private static String measure(Noise.Kind kind) {
        return switch (kind) {
            case GAUSSIAN -> "standard deviation in pixels or units of the input";
            case UNIFORM -> "largest change in pixels or units of the input";
            case SALT, PEPPER, SALT_AND_PEPPER -> "share of the pixels";
            case SPECKLE -> "standard deviation of the factor";
            case BLUR -> "standard deviation in pixels' distance";
            case ROTATION -> "degrees counter-clockwise";
            case CONTRAST -> "share lost, 0 to 1";
            case JPEG -> "100 minus quality";
        };
    }
}
