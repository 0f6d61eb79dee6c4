package dev.qualm.detect.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Verdicts of a cascade on a batch, and what each tier did and cost.
 *
 * @param verdicts per item
 * @param shares per available tier
 * @param passesPerItem what an item cost on average (forward = 1)
 * @param passesOfAll what it would have cost to ask all available tiers about all items
 */
public record CascadeRun(List<CascadeVerdict> verdicts, List<Share> shares, double passesPerItem, double passesOfAll) {
    public CascadeRun {
        verdicts = List.copyOf(verdicts);
        shares = List.copyOf(shares);
    }

    /**
     * What one tier did.
     *
     * @param tier its name
     * @param entered items it was asked about
     * @param below those it decided as clearly ordinary
     * @param above those it decided as clearly doubtful
     * @param last those it decided because no tier followed
     * @param alarms those of its decisions that ended as alarms
     * @param undefined those it was to decide but has no score for
     * @param passes what it cost for these items together
     */
    public record Share(
            String tier, int entered, int below, int above, int last, int alarms, int undefined, double passes) {}

    /** This run and the next one of the same mode, as one. */
    public CascadeRun and(CascadeRun next) {
        List<CascadeVerdict> all = new ArrayList<>(verdicts);
        all.addAll(next.verdicts);
        List<Share> sums = new ArrayList<>();
        double passes = 0;
        for (int i = 0; i < shares.size(); i++) {
            Share a = shares.get(i);
            Share b = next.shares.get(i);
            sums.add(new Share(
                    a.tier,
                    a.entered + b.entered,
                    a.below + b.below,
                    a.above + b.above,
                    a.last + b.last,
                    a.alarms + b.alarms,
                    a.undefined + b.undefined,
                    a.passes + b.passes));
            passes += a.passes + b.passes;
        }
        return new CascadeRun(all, sums, all.isEmpty() ? 0 : passes / all.size(), passesOfAll);
    }

    /** One line per tier. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Share s : shares) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s: %.1f %% of the items; decided %d below, %d above, %d last; %d alarms, %d undefined; %.4g passes\n",
                    s.tier,
                    verdicts.isEmpty() ? 0 : 100.0 * s.entered / verdicts.size(),
                    s.below,
                    s.above,
                    s.last,
                    s.alarms,
                    s.undefined,
                    s.passes));
        }
        return text.append(String.format(
                        Locale.ROOT, "%.4g passes an item, %.4g if all tiers were asked", passesPerItem, passesOfAll))
                .toString();
    }
}
