"""From a frame to its cartoon: looks, sizes, temporal filter and joint upsampling."""
