package dev.qualm.array;

import dev.qualm.UnreadableFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The header of a .npy file: element type, byte order, axis order and shape.
 *
 * <p>Source: numpy.lib.format, versions 1.0, 2.0 and 3.0.
 *
 * @param fortran whether the first axis varies fastest in the file
 * @param dims dimensions, outermost first
 */
record NpyHeader(ElementType type, ByteOrder order, boolean fortran, List<Integer> dims) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    /** Far above any header of a plain array; only records with very many fields need more. */
    private static final int MAX_HEADER = 1 << 16;
    /** The whole preamble fills a multiple of this, so that the elements are aligned in a mapped file. */
    private static final int ALIGNMENT = 64;
    /** Decimal digits of the longest first dimension, so that an appended file keeps its header's length. */
    private static final int GROWTH_DIGITS = 21;

    static NpyHeader read(Input in) {
        if (!Arrays.equals(in.read(MAGIC.length, "the npy magic"), MAGIC)) {
            throw in.failure("the npy magic \\x93NUMPY", "other bytes; is this a .npy file?");
        }
        byte[] version = in.read(2, "the npy version");
        int major = version[0] & 0xff;
        if (major < 1 || major > 3 || version[1] != 0) {
            throw in.failure("npy version 1.0, 2.0 or 3.0", major + "." + (version[1] & 0xff));
        }
        long length = littleEndian(in.read(major == 1 ? 2 : 4, "the header length"));
        if (length > MAX_HEADER) {
            throw in.failure("a header of at most " + MAX_HEADER + " bytes", length + " bytes");
        }
        byte[] header = in.read(length, "a header");
        return parse(in, decode(in, header, major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
    }

    int[] shape() {
        return dims.stream().mapToInt(Integer::intValue).toArray();
    }

    private static long littleEndian(byte[] bytes) {
        long value = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            value = (value << 8) | (bytes[i] & 0xff);
        }
        return value;
    }

    private static String decode(Input in, byte[] header, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(header)).toString();
        } catch (CharacterCodingException e) {
            throw in.failure("a header in " + charset, "other bytes", e);
        }
    }

    private static NpyHeader parse(Input in, String text) {
        NpyHeaderParser fields = new NpyHeaderParser(in, text);
        String descr = fields.descr();
        ElementType type = type(in, descr);
        List<Integer> dims = Arrays.stream(in.shape(fields.shape())).boxed().toList();
        return new NpyHeader(type, order(in, descr, type), fields.fortran(), dims);
    }

    private static ElementType type(Input in, String descr) {
        return switch (descr.isEmpty() ? "" : descr.substring(1)) {
            case "b1" -> ElementType.BOOL;
            case "i1" -> ElementType.INT8;
            case "i2" -> ElementType.INT16;
            case "i4" -> ElementType.INT32;
            case "i8" -> ElementType.INT64;
            case "u1" -> ElementType.UINT8;
            case "u2" -> ElementType.UINT16;
            case "u4" -> ElementType.UINT32;
            case "u8" -> ElementType.UINT64;
            case "f2" -> ElementType.FLOAT16;
            case "f4" -> ElementType.FLOAT32;
            case "f8" -> ElementType.FLOAT64;
            default -> throw unsupported(in, descr);
        };
    }

    private static UnreadableFileException unsupported(Input in, String descr) {
        String why = descr.startsWith("O") || descr.startsWith("|O")
                ? "; object arrays hold Python pickles, which run code when read. Save a numeric array instead"
                : "; convert the array with astype before saving";
        return in.failure("element type b1, i1 to i8, u1 to u8 or f2 to f8", "'" + descr + "'" + why);
    }

    private static ByteOrder order(Input in, String descr, ElementType type) {
        char mark = descr.charAt(0);
        if (mark == '<' || (mark == '|' && type.bytes() == 1)) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        if (mark == '>') {
            return ByteOrder.BIG_ENDIAN;
        }
        throw in.failure("a byte order < or >", "'" + descr + "'");
    }

    /** The preamble of a row-major little-endian array, version 1.0, byte for byte as NumPy writes it. */
    static byte[] write(Array array) {
        int[] shape = array.shape();
        String dims = Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String dict = String.format(
                Locale.ROOT,
                "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }",
                descr(array.dtype()),
                dims,
                shape.length == 1 ? "," : "");
        int growth = shape.length == 0
                ? 0
                : GROWTH_DIGITS - Integer.toString(shape[0]).length();
        int used = MAGIC.length + 4 + dict.length() + growth + 1;
        int total = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] out = new byte[total];
        Arrays.fill(out, (byte) ' ');
        ByteBuffer.wrap(out)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (total - MAGIC.length - 4))
                .put(dict.getBytes(StandardCharsets.ISO_8859_1));
        out[total - 1] = '\n';
        return out;
    }

    private static String descr(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> "<f4";
            case FLOAT64 -> "<f8";
            case INT8 -> "|i1";
            case UINT8 -> "|u1";
            case INT16 -> "<i2";
            case INT32 -> "<i4";
            case INT64 -> "<i8";
            case BOOL -> "|b1";
        };
    }
}
