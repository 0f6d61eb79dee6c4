package dev.qualm.network.onnx;

import java.nio.charset.StandardCharsets;

/** Guesses what a file is that is not an ONNX model, to say so in the error. */
final class FileKind {
    private FileKind() {}

    static String hint(byte[] bytes) {
        if (bytes.length == 0) {
            return " (the file is empty)";
        }
        String head = new String(bytes, 0, Math.min(bytes.length, 64), StandardCharsets.ISO_8859_1);
        if (head.startsWith("PK\u0003\u0004")) {
            return " (it is a zip: a PyTorch .pt checkpoint or a packed archive? export it with torch.onnx.export)";
        }
        if (head.startsWith("\u0089PNG") || head.startsWith("\u00ff\u00d8\u00ff")) {
            return " (it is an image)";
        }
        if (head.startsWith("\u0089HDF")) {
            return " (it is HDF5: a Keras file? convert it with tf2onnx)";
        }
        if (head.startsWith("version https://git-lfs")) {
            return " (it is a Git LFS pointer; fetch the real file with git lfs pull)";
        }
        if (head.stripLeading().startsWith("<")) {
            return " (it is a web page or XML; the download went wrong?)";
        }
        if (head.startsWith("\u0080\u0002") || head.startsWith("\u0080\u0004")) {
            return " (it is a Python pickle; export it with torch.onnx.export)";
        }
        return "";
    }
}
