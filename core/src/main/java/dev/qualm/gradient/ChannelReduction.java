package dev.qualm.gradient;

/** What becomes of the channels (axis 1) of an input gradient before rows are compared. */
public enum ChannelReduction {
    /**
     * The signed maximum over the channels, as in the authors' code. Three channels bias it upwards: independent sign fields have
     * an expected cosine of 9/16 instead of 0, so maps of colour images cannot be compared with maps of grey ones. Inputs of rank
     * 2 have no channels and stay as they are.
     */
    MAX,
    /** All channels are kept. Recommended. */
    NONE
}
