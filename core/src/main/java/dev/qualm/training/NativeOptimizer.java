package dev.qualm.training;

import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.OptimizerOptions;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.OptimizerParamGroupVector;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * The engine's optimiser for an {@link Optimizer}, with one group of weights that decay and one of those that do not.
 */
final class NativeOptimizer {
    private final org.bytedeco.pytorch.Optimizer optimizer;

    /** Lives in the caller's open scope. */
    NativeOptimizer(Optimizer settings, List<Tensor> decayed, List<Tensor> plain) {
        TensorVector first = new TensorVector(decayed.toArray(Tensor[]::new));
        OptimizerOptions undecayed;
        if (settings instanceof Optimizer.Sgd sgd) {
            optimizer = new SGD(first, options(sgd, sgd.weightDecay()));
            undecayed = options(sgd, 0);
        } else if (settings instanceof Optimizer.Adam adam) {
            optimizer = new AdamW(first, options(adam, adam.decoupledWeightDecay()));
            undecayed = options(adam, 0);
        } else {
            throw new IllegalArgumentException("No such optimiser: " + settings);
        }
        optimizer.add_param_group(new OptimizerParamGroup(new TensorVector(plain.toArray(Tensor[]::new)), undecayed));
    }

    private static SGDOptions options(Optimizer.Sgd sgd, double decay) {
        SGDOptions options = new SGDOptions(sgd.learningRate());
        options.momentum().put(sgd.momentum());
        options.nesterov().put(sgd.nesterov());
        options.weight_decay().put(decay);
        return options;
    }

    private static AdamWOptions options(Optimizer.Adam adam, double decay) {
        AdamWOptions options = new AdamWOptions(adam.learningRate());
        // The binding hands out the memory of a std::tuple, whose order is up to the C++ library: libstdc++ stores the
        // last element first. The defaults, 0.9 and 0.999, tell which is which.
        DoublePointer betas = options.betas();
        int first = betas.get(0) < betas.get(1) ? 0 : 1;
        betas.put(first, adam.beta1());
        betas.put(1 - first, adam.beta2());
        options.eps().put(adam.epsilon());
        options.weight_decay().put(decay);
        return options;
    }

    /** Forgets the gradients of the last step. */
    void clear() {
        optimizer.zero_grad();
    }

    /** Moves every weight that has a gradient. */
    void step(double learningRate) {
        OptimizerParamGroupVector groups = optimizer.param_groups();
        for (long g = 0; g < groups.size(); g++) {
            groups.get(g).options().set_lr(learningRate);
        }
        optimizer.step();
    }
}
